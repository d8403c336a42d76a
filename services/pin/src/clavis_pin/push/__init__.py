"""Waking a device: one port, with Web Push as its adapter."""
