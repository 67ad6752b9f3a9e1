"""Conformance checks for generators, discriminators, ops and policies that plug into augmint.

Call them in your own tests, with real but small parts:

    from augmint.core.testing import check_generator
    def test_my_generator_keeps_the_contract():
        check_generator(MyGenerator(MyConfig(width=8)), {"label": torch.arange(4)})
"""

from augmint.core.testing.contract import ConformanceError
from augmint.core.testing.discriminators import check_discriminator
from augmint.core.testing.generators import check_generator
from augmint.core.testing.ops import check_op
from augmint.core.testing.policies import check_policy

__all__ = ["ConformanceError", "check_discriminator", "check_generator", "check_op", "check_policy"]
