"""Registers of persons that confirm what somebody says of themselves, and tell nothing else."""
