"""The VectorIndex plug: `base` its promises, `exact` the referee, `embedded` the default. What an index holds is derived and may be thrown away."""
