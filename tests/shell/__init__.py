"""Tests of what touches the outside world: the database, files, the command line."""
