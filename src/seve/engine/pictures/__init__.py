"""Pictures that people send, looked at in a process of their own: a picture is a program for its decoder, so that what goes wrong there
ends that process and nothing else.
"""

from seve.engine.pictures.asking import PictureRefused, codes_in

__all__ = ["PictureRefused", "codes_in"]
