"""What every kernel stands on: threads, interruption, memory, CPU levels."""
