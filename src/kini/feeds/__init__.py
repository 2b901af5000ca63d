"""Live figures and data sets from outside: declared in the pack, loaded row by row, shown with source and age.

A feed (feeds/NAME.yaml) says what its rows mean, where they come from, how long a figure stays fresh and which service
shows it. A load is one transaction: good rows come in, bad ones are named, what is replaced is kept, and a source that
is late or broken leaves the last good figures, marked as old.
"""
