"""Links between records: what a graph document says about what precedes and succeeds what."""
