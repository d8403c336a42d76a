"""SQL of the signing service; every method runs on a connection that its caller owns."""
