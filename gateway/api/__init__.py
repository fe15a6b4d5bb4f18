"""What other programs may ask a running gateway."""
