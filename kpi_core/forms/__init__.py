"""Exception report forms as people write them: paragraphs of a document in, forms out.

Word users put headings in any order and spelling: bold, in tables, numbered, run together, split over lines. From paragraph (``records``) to form:
``values`` (quarters, figures, dates and people), ``lines``, ``labels`` (the words of a heading), ``headings`` (words and shape), ``parts`` (a heading with what is under it), ``actions``
and ``reader`` (the form). No word of a document is dropped.
"""

from .reader import NoForm, read_forms
from .records import Cell, Form, FormAction, Paragraph, of_text
from .values import Name

__all__ = [
    "Cell",
    "Form",
    "FormAction",
    "Name",
    "NoForm",
    "Paragraph",
    "of_text",
    "read_forms",
]
