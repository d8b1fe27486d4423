"""A sample company that lives for some months: who it is, who pays it, and how the days go by."""
