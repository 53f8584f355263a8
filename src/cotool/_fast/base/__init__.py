"""What every kernel relies on: threads, interruption, memory, CPU levels."""
