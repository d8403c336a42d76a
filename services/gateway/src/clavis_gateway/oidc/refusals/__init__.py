"""What was refused, told to the relying party it was refused to."""

from clavis_gateway.oidc.refusals.log import RefusalLog

__all__ = ["RefusalLog"]
