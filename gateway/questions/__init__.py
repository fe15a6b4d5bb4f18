"""What people ask offline: clocks, preview, replay, export, retention, status."""
