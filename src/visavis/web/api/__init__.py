"""`/v1`: the desk for programs. A face like the pages: it parses, calls one door of an archive, and answers in JSON."""
