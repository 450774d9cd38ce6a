"""Where pictures come from: a plug of two doors, discover and open. `base` states its promises, `folder` reads a folder."""
