"""The Web Admin of one box: XML in answers, form fields in requests, two pages (mmp 9).

Law: objects and their elements. HTTP, TLS and log-in are the wire's.
"""

from .answers import ApiAnswer, refused, unauthorised
from .routes import handle

__all__ = ["ApiAnswer", "handle", "refused", "unauthorised"]
