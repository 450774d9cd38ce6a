"""A decoded picture in the form in which networks ask for one."""

from dataclasses import dataclass

from visavis.domain.arrays import RgbImage


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture, as detectors ask for one."""

    image_rgb: RgbImage

    @property
    def full_width(self) -> int:
        """Width, pixels."""
        return int(self.image_rgb.shape[1])

    @property
    def full_height(self) -> int:
        """Height, pixels."""
        return int(self.image_rgb.shape[0])

    def pixels(self, _longer_side: int | None = None) -> RgbImage:
        """Return it."""
        return self.image_rgb
