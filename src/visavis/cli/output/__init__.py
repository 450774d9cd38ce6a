"""What people and programs see: the table, the JSON and CSV documents, the HTML page, progress.

Results go to standard output; progress and messages go to standard error. No form holds a vector.
"""
