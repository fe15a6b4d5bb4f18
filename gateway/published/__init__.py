"""The shapes that others read (JSON), apart from how anything is stored."""
