"""What tables and reports say of results, computed once for both."""
