// How the text and the pictures inside an element look, as Chromium computes it. One function for both sides: the page
// as WeChat serves it, and its styled copy.
//
// It returns {looks, text, pictures}. `text` has the visible characters without white space, and `looks` an entry
// [number of characters, bold, italic, size, colour, background, alignment] for each run of the same look. `pictures`
// has [id, width, height] of each visible picture, in order; a background has no size.
(selector) => {
  const root = document.querySelector(selector)
  if (!root) return null
  const CARDS = /^(iframe|video|audio|embed|object|qqmusic|redpacketcover|mpvoice|mpvideosnap|mp-(?!style|quote|checktext)[\w-]+|mpvideo|mpcps|mpprofile)$/
  const UNSEEN = /[\s\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff\p{Cc}]/gu
  const SIGNS = {checkbox: '☐☑', radio: '○◉'}
  const looks = []
  const pictures = []
  let text = ''

  const isCard = (element) => CARDS.test(element.localName) || element.classList.contains('archiver-card')
  // The address of a picture in the page: a copy has it as the parameter of its own.
  const original = (address) => {
    const url = new URL(address, document.baseURI)
    return url.searchParams.get('of') || url.href
  }
  const idOf = (address) => {
    const path = original(address).replace(/[?#].*$/, '').split('/')
    return /\.qpic\.cn|\.qlogo\.cn/.test(original(address)) ? path.at(-2) : path.at(-1)
  }
  const backgroundOf = (element) => {
    for (let e = element; e && e !== root.parentElement; e = e.parentElement) {
      const style = getComputedStyle(e)
      const clear = style.backgroundColor === 'rgba(0, 0, 0, 0)'
      const image = style.backgroundImage.replace(/url\("[^"]*"\)/g, 'picture').replace(/\b(none|picture)\b(, )?/g, '')
      if (!clear || image) return `${style.backgroundColor} ${image}`
    }
    return ''
  }
  const ALIGNMENTS = {'-webkit-auto': 'start', left: 'start', '-webkit-left': 'start', '-webkit-center': 'center', right: 'end', '-webkit-right': 'end'}
  const add = (data, element) => {
    const style = getComputedStyle(element)
    if (style.visibility !== 'visible' || parseFloat(style.fontSize) === 0) return
    const characters = data.replace(UNSEEN, '')
    if (!characters) return
    text += characters
    looks.push([
      [...characters].length, Number(style.fontWeight) >= 600, style.fontStyle !== 'normal', style.fontSize,
      style.webkitTextFillColor, backgroundOf(element), ALIGNMENTS[style.textAlign] || style.textAlign,
    ])
  }
  const addPicture = (element, address, isBackground = false) => {
    if (!/^https?:/.test(original(address))) return
    const box = isBackground ? {width: 0, height: 0} : element.getBoundingClientRect() // a box is as large as its text
    pictures.push([idOf(address), Math.round(box.width), Math.round(box.height)])
  }
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return add(node.data, node.parentElement)
    if (node.nodeType !== Node.ELEMENT_NODE || isCard(node)) return
    if (/^(script|style|template|noscript|select|textarea|rp)$/.test(node.localName)) return
    if (node.localName === 'input' && SIGNS[node.type]) return add(SIGNS[node.type][Number(node.checked)], node.parentElement)
    const style = getComputedStyle(node)
    if (style.display === 'none') return
    if (node.localName === 'img') return style.visibility === 'visible' && node.getAttribute('src') && addPicture(node, node.src)
    if (node.localName === 'image') return addPicture(node, node.href.baseVal)
    // What a drawing writes is a picture of words in the copy.
    if (/^(text|title|desc|metadata)$/.test(node.localName) && node.namespaceURI.endsWith('svg')) return
    if (node.localName === 'svg' && node.querySelector('path, polygon, ellipse, circle, line')) return
    for (const [, address] of style.backgroundImage.matchAll(/url\("([^"]+)"\)/g)) addPicture(node, address, true)
    node.childNodes.forEach(walk)
  }
  root.childNodes.forEach(walk)
  return {looks, text, pictures}
}
