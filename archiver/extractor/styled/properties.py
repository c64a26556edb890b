"""List the CSS properties and functions that a styled article may contain, and for which reason others are left out.

docs/reference/styled.md has the same list for readers. A property that neither list names is left out, too.
"""

from __future__ import annotations

from archiver.extractor.svg.vocabulary import PROPERTIES as DRAWING_PROPERTIES


def _names(*groups: str) -> frozenset[str]:
    return frozenset(" ".join(groups).split())


_SIDES = ("top", "right", "bottom", "left")
_LOGICAL = ("block", "inline", "block-start", "block-end", "inline-start", "inline-end")

# Properties of text, which elements inside inherit.
INHERITED = _names(
    "color direction font font-family font-feature-settings font-kerning font-size font-size-adjust font-stretch",
    "font-style font-variant font-variant-alternates font-variant-caps font-variant-east-asian font-variant-ligatures",
    "font-variant-numeric font-variant-position font-variation-settings font-weight hanging-punctuation hyphens",
    "letter-spacing line-break line-height overflow-wrap quotes ruby-position tab-size text-align text-align-last",
    "text-emphasis text-emphasis-color text-emphasis-position text-emphasis-style text-indent text-justify",
    "text-orientation text-rendering text-shadow text-transform text-underline-offset text-underline-position",
    "text-wrap text-wrap-mode text-wrap-style white-space white-space-collapse word-break word-spacing word-wrap",
    "writing-mode -webkit-text-fill-color -webkit-text-stroke -webkit-text-stroke-color -webkit-text-stroke-width",
    "list-style list-style-position list-style-type border-collapse border-spacing caption-side empty-cells",
    "orphans widows visibility",
)
_TEXT = _names(
    "text-combine-upright text-decoration text-decoration-color text-decoration-line text-decoration-style",
    "text-decoration-thickness text-overflow unicode-bidi vertical-align initial-letter",
)
_COLOURS = _names(
    "background background-attachment background-blend-mode background-clip background-color background-image",
    "background-origin background-position background-position-x background-position-y background-repeat",
    "background-size -webkit-background-clip box-shadow -webkit-box-shadow filter backdrop-filter isolation",
    "mix-blend-mode opacity",
)
_BOXES = _names(
    "aspect-ratio block-size box-decoration-break box-sizing clear clip clip-path display float height inline-size",
    "max-block-size max-height max-inline-size max-width min-block-size min-height min-inline-size min-width",
    "object-fit object-position overflow overflow-x overflow-y shape-margin shape-outside table-layout width zoom",
    "-webkit-box-sizing -webkit-line-clamp -webkit-box-orient",
    "border-radius -webkit-border-radius border-image-outset border-image-repeat border-image-slice",
    "border-image-width list-style-image border-image border-image-source outline outline-color outline-offset",
    "outline-style outline-width",
    *(f"border-{vertical}-{horizontal}-radius" for vertical in ("top", "bottom") for horizontal in ("left", "right")),
    *(f"border-{one}-{other}-radius" for one in ("start", "end") for other in ("start", "end")),
    *(f"{name}{end}" for name in ("border", *(f"border-{side}" for side in (*_SIDES, *_LOGICAL)))
      for end in ("", "-color", "-style", "-width")),
    *(f"{name}{end}" for name in ("margin", "padding") for end in ("", *(f"-{side}" for side in (*_SIDES, *_LOGICAL)))),
)  # fmt: skip
_ARRANGEMENT = _names(
    "align-content align-items align-self column-count column-fill column-gap column-rule column-rule-color",
    "column-rule-style column-rule-width column-span column-width columns flex flex-basis flex-direction flex-flow",
    "flex-grow flex-shrink flex-wrap gap grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column",
    "grid-column-end grid-column-start grid-gap grid-row grid-row-end grid-row-start grid-template",
    "grid-template-areas grid-template-columns grid-template-rows justify-content justify-items justify-self order",
    "place-content place-items place-self row-gap -webkit-box-align -webkit-box-flex -webkit-box-pack -webkit-flex",
    "-webkit-align-items -webkit-flex-direction -webkit-justify-content",
    "break-after break-before break-inside page-break-after page-break-before page-break-inside",
)
# They move a box. The frame around the body clips what leaves it, so nothing covers the heading or the reader.
_PLACES = _names(
    "position top right bottom left inset inset-block inset-inline z-index transform transform-box transform-origin",
    "transform-style -webkit-transform -webkit-transform-origin translate rotate scale perspective",
    "perspective-origin backface-visibility",
)

KEPT = _TEXT | _COLOURS | _BOXES | _ARRANGEMENT | _PLACES | INHERITED | (DRAWING_PROPERTIES - {"mask"})
WITH_PICTURE = frozenset(("background", "background-image"))  # properties whose `url()` may be a picture of the article
IN_PSEUDO_ELEMENTS = frozenset(("content",))  # a sign that a rule of the page draws before or after an element

# Values that would take a box out of the article: it would stay where it is while the reader scrolls.
LEFT_OUT_VALUES = {"position": frozenset(("fixed", "sticky", "-webkit-sticky"))}

FUNCTIONS = _names(
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp minmax repeat fit-content",
    "linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient",
    "repeating-conic-gradient -webkit-linear-gradient -webkit-radial-gradient",
    "matrix matrix3d translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate",
    "rotatex rotatey rotatez rotate3d skew skewx skewy perspective cubic-bezier steps",
    "blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia",
    "inset circle ellipse polygon rect",
)
