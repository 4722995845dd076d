"""Everything that touches the outside world: the database, files, the clock."""
