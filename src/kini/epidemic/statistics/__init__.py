"""Statistics of an epidemic, as pure functions over arrays of counts; no function reads a clock, a file or a table.

Arrays of counts have the days or weeks on their last axis; axes before it, such as areas, are computed at once.

They write `scipy.special.f`, which imports that part of scipy at its first use: most processes never need its 130 MB.
"""
