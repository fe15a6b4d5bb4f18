"""Pictures of readings over any time: sums by the minute, the quarter of an hour and four hours, derived."""
