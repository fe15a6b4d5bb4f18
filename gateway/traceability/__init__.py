"""Which product units were where, and what they went through."""
