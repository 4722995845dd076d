"""One small module a format: ``render(table) -> bytes``."""
