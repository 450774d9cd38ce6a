"""The desk: the web application. A face like the command line: it parses, calls one door of an archive, and shows."""
