"""List the elements, attributes, properties and functions that a drawing may contain.

HTML parsers write the names of SVG in lower case. So ELEMENTS and ATTRIBUTES map a name in lower case to the name in an
SVG file. Whatever is not listed is left out: scripts, event handlers, links, HTML, and everything that loads another
file.
"""

from __future__ import annotations


def _table(names: str) -> dict[str, str]:
    return {name.lower(): name for name in names.split()}


SHAPES = frozenset("path circle ellipse line polyline polygon rect".split())
ANIMATIONS = frozenset("animate animateTransform animateMotion set".split())
LETTERING = frozenset("text tspan textPath".split())  # elements whose text is shown
# Their content is shown only where another element refers to it.
DEFINITIONS = frozenset("defs symbol clipPath mask pattern marker linearGradient radialGradient filter".split())

ELEMENTS = _table(
    "svg g symbol use image stop mpath defs clipPath mask pattern marker linearGradient radialGradient filter "
    "path circle ellipse line polyline polygon rect text tspan textPath animate animateTransform animateMotion set "
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap "
    "feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode "
    "feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence"
)

# CSS properties that SVG also has as attributes. `pointer-events` and `cursor` have no effect in a picture.
_PRESENTATION = (
    "alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-interpolation-filters "
    "direction display dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font-family "
    "font-size font-size-adjust font-stretch font-style font-variant font-weight image-rendering letter-spacing "
    "lighting-color marker-end marker-mid marker-start mask opacity overflow paint-order shape-rendering stop-color "
    "stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit "
    "stroke-opacity stroke-width text-anchor text-decoration text-rendering transform transform-origin unicode-bidi "
    "vector-effect visibility white-space word-spacing writing-mode"
)
_GEOMETRY = "cx cy d height r rx ry width x y"  # attributes that CSS also has as properties
PROPERTIES = frozenset(
    f"{_PRESENTATION} {_GEOMETRY} background background-color font isolation marker mask-type mix-blend-mode "
    "transform-box".split()
)
ATTRIBUTES = _table(
    f"{_PRESENTATION} {_GEOMETRY} class id dx dy fr fx fy lengthAdjust offset pathLength points preserveAspectRatio "
    "rotate side spacing startOffset textLength viewBox x1 x2 y1 y2 "
    # definitions
    "clipPathUnits gradientTransform gradientUnits markerHeight markerUnits markerWidth maskContentUnits maskUnits "
    "orient patternContentUnits patternTransform patternUnits refX refY spreadMethod "
    # filters
    "amplitude azimuth baseFrequency bias diffuseConstant divisor edgeMode elevation exponent filterUnits in in2 "
    "intercept k1 k2 k3 k4 kernelMatrix limitingConeAngle mode numOctaves operator order pointsAtX pointsAtY pointsAtZ "
    "preserveAlpha primitiveUnits radius result scale seed slope specularConstant specularExponent stdDeviation "
    "stitchTiles surfaceScale tableValues targetX targetY type values xChannelSelector yChannelSelector z "
    # animations
    "accumulate additive attributeName begin by calcMode dur end from keyPoints keySplines keyTimes method path "
    "repeatCount repeatDur to"
)
ANIMATED = frozenset(ATTRIBUTES) - {"class", "id", "attributename"}  # names in lower case that may be animated

FUNCTIONS = frozenset(
    "rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate rotatez skewx skewy calc "
    "cubic-bezier steps blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia".split()
)
