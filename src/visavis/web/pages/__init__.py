"""The pages: each module has its doors, and what answers them."""
