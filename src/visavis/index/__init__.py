"""The VectorIndex plug: `base` its promises, `exact` the referee, `embedded` the default. All an index holds is derived."""
