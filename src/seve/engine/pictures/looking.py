"""The worker: a picture on standard input, the texts of its codes on standard output as JSON. Status 3: no picture of an accepted kind;
4: it can't be decoded; 5: too many pixels.

Bar codes are read by zxing-cpp (Apache-2.0), pictures by Pillow.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings
from typing import Final

MOST_PIXELS: Final = 40_000_000
_MOST_BYTES: Final = 2 * 2**30
_MOST_SECONDS: Final = 10
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_NO_PICTURE, _BROKEN, _TOO_MANY = 3, 4, 5


def main() -> int:
    """The status of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_FORMATS) as picture:
            grey = picture.convert("L")  # decodes the first picture, within the limit
    except UnidentifiedImageError:
        return _NO_PICTURE
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _TOO_MANY
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
        return _BROKEN
    return _told(grey)


def _told(grey: object) -> int:
    import msgspec
    from zxingcpp import TextMode, barcode_formats_from_str, read_barcodes

    wanted = barcode_formats_from_str("DataMatrix,PDF417,QRCode,Aztec")
    found = read_barcodes(grey, formats=wanted, text_mode=TextMode.Plain)
    sys.stdout.buffer.write(msgspec.json.encode([one.text for one in found if one.valid]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
