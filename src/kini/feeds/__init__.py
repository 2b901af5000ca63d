"""Live figures and data sets from outside: declared in the pack, imported row by row, shown with source and age.

A feed (feeds/NAME.yaml) declares its fields, source, freshness and the services that show it. An import is one
transaction: good rows are stored, bad ones reported, replaced values kept in history. A late or broken source leaves
the last good figures, marked as old.
"""
