"""Long work in the background (R4, 3.1.0.8 "asynchronous"; Bulk Data Access v2): kinds of task, their runner, their clients."""
