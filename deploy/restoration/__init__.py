"""A rehearsed restore: the temporary database, its checks, and the comparison of rows."""
