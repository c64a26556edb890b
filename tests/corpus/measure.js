// What a reader sees in an article's body, as a list of lines. One function for both sides, the page that WeChat serves
// and a post as an engine renders it: it asks Chromium for computed styles and boxes and knows nothing of how either
// side is written.
//
// A line is an array: "line" or "block" (what parts it from the line before: one line end, or the edge of a block), then
// its runs in order. A run is one of
//   "words"                              text without marks
//   {"text": "words", "marks": "…"}      text with marks, separated by spaces:
//       bold italic code h1…h6 link=ADDRESS list=ul/ol:2 quote=DEPTH cell=ROW,COLUMN[+ROWSxCOLUMNS] cell=head:…
//       ruby=READING, on what a reading stands above; the reading itself is no text
//   ☐ ☑ ○ ◉ and ＿ are text: the check boxes, radio buttons and blanks to fill in that Chromium draws
//   {"picture": "id or file name"}       an <img>, a background that nothing stands on, an <image> in SVG; a small one, of at
//       most 120 pixels, has the mark width=PIXELS
//   {"code": "…"}                        a code block, to the character
//   {"card": "words"}                    an embedded sound, film, mini-program …; no words in a page, whose scripts write them
(selector) => {
  const root = document.querySelector(selector)
  if (!root) return null
  const column = root.getBoundingClientRect().width
  const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]/
  const SPACE = /[\s\u00a0\u3000]/
  const SECTIONING = new Set(['TABLE', 'TR', 'TD', 'TH', 'LI', 'BLOCKQUOTE', 'P', 'PRE', 'HR'])
  const SIGNS = {checkbox: '☐☑', radio: '○◉'}
  const CARDS = /^(mpvoice|qqmusic|mpvideosnap|mp-miniprogram|mp-common-(mpaudio|qqmusic|videosnap|miniprogram|product|redpacket))$/

  // The characters that take room; those that do not are seen only where they join emoji to one sign.
  const seenOf = (data) => [...new Intl.Segmenter('zh', {granularity: 'grapheme'}).segment(data)].flatMap(({segment}) => {
    const sign = /\p{Extended_Pictographic}/u.test(segment)
    return [...segment].filter(character => !UNSEEN.test(character) || (sign && character === '\u200d'))
  })

  const lines = []
  let line = []
  let pending = 'block' // what parts the next run from the one before: '', 'line' or 'block'

  // --- Collecting -----------------------------------------------------------------------------------------------------

  const endBlock = () => { pending = 'block' }
  const endLine = () => { pending = pending ? 'block' : 'line' } // two line ends leave a gap, as a new paragraph does
  const beginLine = () => {
    if (!pending) return
    line = [pending]
    lines.push(line)
    pending = ''
  }
  const addCharacter = (character, marks) => {
    if (SPACE.test(character)) {
      if (pending) return // white space where a line begins is not seen
      character = ' '
    }
    beginLine()
    const last = line.at(-1)
    if (last.marks === marks && last.text !== undefined) last.text += character
    else line.push({text: character, marks})
  }
  const append = (object) => { beginLine(); line.push(object) }

  // --- Asking Chromium ------------------------------------------------------------------------------------------------

  const isBlock = (style) => !/^(inline|inline-block|inline-flex|inline-table|contents|ruby|ruby-text|none)$/.test(style.display)
  const isInvisible = (element, style) => {
    if (style.display === 'none' || Number(style.opacity) === 0) return true
    const box = element.getBoundingClientRect()
    const clips = style.overflowX !== 'visible' || style.overflowY !== 'visible'
    return (clips && (box.height < 1 || box.width < 1)) || box.right < 0
  }
  const isTransparent = (style) => / 0\)$/.test(style.color) && style.color.startsWith('rgba')
  const isCode = (element, style) => {
    if (element.tagName !== 'PRE' || !/^(pre|pre-wrap|break-spaces)$/.test(style.whiteSpace)) return false
    if (element.querySelector('img')) return false
    return Boolean(element.querySelector('code')) || /mono|consol|courier|menlo/i.test(style.fontFamily)
  }

  // The lines of a code block as they are drawn; a no-break space of the editor's is a space to whoever reads the code.
  const codeOf = (pre) => {
    let text = ''
    const startLine = () => { if (text && !text.endsWith('\n')) text += '\n' }
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) text += seenOf(node.data).join('').replaceAll('\u00a0', ' ')
      if (node.nodeType !== Node.ELEMENT_NODE) return
      const style = getComputedStyle(node)
      if (style.display === 'none') return
      if (node.tagName === 'BR') { text += '\n'; return }
      const own = node !== pre && isBlock(style)
      if (own) startLine()
      node.childNodes.forEach(walk)
      if (own) startLine()
    }
    walk(pre)
    return text.replace(/\n+$/, '').split('\n').map(row => row.trimEnd()).join('\n')
  }

  const pictureName = (address) => {
    const path = address.replace(/[?#].*$/, '').split('/')
    return /\.qpic\.cn|\.qlogo\.cn/.test(address) ? path.at(-2) : path.at(-1)
  }
  const picture = (element, address, marks) => {
    const wide = element.getBoundingClientRect().width > column / 2 // nothing stands beside it
    if (wide) endBlock()
    const kept = marks.split(' ').filter(m => /^(link|list|quote|cell)/.test(m))
    const shown = Math.round(element.getBoundingClientRect().width)
    if (shown > 0 && shown <= 120) kept.push(`width=${shown}`)
    append({picture: pictureName(address), marks: kept.join(' ')})
    if (wide) endBlock()
  }
  const background = (element, style) => {
    const found = style.backgroundImage.match(/url\("?([^")]+)"?\)/)
    if (!found || !/^https?:.*\.qpic\.cn/.test(found[1])) return ''
    if (element.textContent.trim() || element.querySelector('img, image')) return '' // it stands behind something
    const box = element.getBoundingClientRect()
    return box.width >= 100 && box.height >= 60 ? found[1] : ''
  }

  const addressOf = (element) => {
    const written = element.getAttribute('href') || ''
    if (!/^(https?:|\/)/.test(written)) return ''
    const url = new URL(element.href)
    if (url.host !== 'mp.weixin.qq.com') return url.href
    const article = /^\/s\b/.test(url.pathname) // what only says where the reader came from is no part of the address
    const keys = article ? ['__biz', 'mid', 'idx', 'sn'] : [...url.searchParams.keys()].filter(k => k !== 'scene')
    const query = keys.filter(k => url.searchParams.has(k)).map(k => `${k}=${url.searchParams.get(k)}`).join('&')
    return `https://${url.host}${url.pathname}${query ? '?' + query : ''}`
  }

  // The place of a cell: row and column from 1, spans counted as the grid has them.
  const grids = new Map()
  const gridOf = (table) => {
    if (grids.has(table)) return grids.get(table)
    const cells = new Map(), taken = new Set()
    ;[...table.rows].forEach((row, y) => {
      let x = 0
      for (const cell of row.cells) {
        while (taken.has(`${y},${x}`)) x += 1
        for (let dy = 0; dy < cell.rowSpan; dy += 1) for (let dx = 0; dx < cell.colSpan; dx += 1) taken.add(`${y + dy},${x + dx}`)
        cells.set(cell, `${y + 1},${x + 1}` + (cell.rowSpan > 1 || cell.colSpan > 1 ? `+${cell.rowSpan}x${cell.colSpan}` : ''))
        x += cell.colSpan
      }
    })
    grids.set(table, cells)
    return cells
  }
  // A table of one cell a row lays out a page: no reader takes it for a table.
  const isTable = (table) => [...table.rows].some(row => row.cells.length > 1)

  const BULLETS = /^(disc|circle|square|disclosure-\w+|".*")$/
  // Whether a list is one with numbers: by what it shows, and by its tag where it shows neither.
  const isNumbered = (list) => {
    const item = [...list.children].find(e => e.tagName === 'LI')
    const style = item ? getComputedStyle(item).listStyleType : 'none'
    return style === 'none' ? list.tagName === 'OL' : !BULLETS.test(style)
  }
  const numberOf = (item) => {
    const list = item.parentElement
    const shown = [...list.children].filter(e => e.tagName === 'LI' && (e.textContent.trim() || e.querySelector('img')))
    if (!isNumbered(list)) return `${shown.indexOf(item) + 1}` // not shown, but tells two items from one of two lines
    const items = [...list.children].filter(e => e.tagName === 'LI' && getComputedStyle(e).display === 'list-item')
    const step = list.reversed ? -1 : 1
    let number = list.reversed && !list.hasAttribute('start') ? items.length : list.start ?? 1
    for (const other of items) {
      if (other.hasAttribute('value')) number = other.value
      if (other === item) break
      number += step
    }
    const style = getComputedStyle(item).listStyleType
    return style === 'decimal' ? `${number}` : `${number}(${style})`
  }
  const isItem = (style) => style.display === 'list-item' && style.listStyleType !== 'none'

  // The text above an element or text within a <ruby>: the reading that comes next.
  const readingOf = (ruby, node) => {
    const next = [...ruby.querySelectorAll('rt')].find(e => e.closest('ruby') === ruby && (node.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))
    return next ? next.textContent.trim().replace(/\s+/g, '_') : ''
  }

  // The marks of a text: what its look says (bold, italic) and what it stands in. The places where bold is the rule
  // (headings, head cells) have none of their own.
  const marksOf = (element, node = element) => {
    const style = getComputedStyle(element)
    const marks = []
    let lists = [], quotes = 0, number = null, heading = '', code = false, link = '', cell = '', ruby = ''
    for (let e = element; e && e !== root; e = e.parentElement) {
      const tag = e.tagName
      if (tag === 'LI' && number === null && isItem(getComputedStyle(e))) number = numberOf(e)
      if (tag === 'UL' || tag === 'OL') lists.unshift(isNumbered(e) ? 'ol' : 'ul')
      if (tag === 'BLOCKQUOTE') quotes += 1
      if (tag === 'RUBY' && !ruby) ruby = readingOf(e, node)
      if (/^H[1-6]$/.test(tag)) heading = tag.toLowerCase()
      if (/^(CODE|KBD|SAMP)$/.test(tag)) code = true
      if (tag === 'A' && !link) link = addressOf(e)
      if ((tag === 'TD' || tag === 'TH') && !cell && isTable(e.closest('table'))) cell = (tag === 'TH' ? 'head ' : '') + gridOf(e.closest('table')).get(e)
    }
    if (heading) marks.push(heading)
    else if (!cell.startsWith('head') && Number(style.fontWeight) >= 600) marks.push('bold')
    if (/^(italic|oblique)/.test(style.fontStyle)) marks.push('italic')
    if (code) marks.push('code')
    if (link) marks.push(`link=${link}`)
    if (number !== null) marks.push(`list=${lists.join('/')}:${number}`)
    if (ruby) marks.push(`ruby=${ruby}`)
    if (quotes) marks.push(`quote=${quotes}`)
    if (cell) marks.push(`cell=${cell.replace('head ', 'head:')}`)
    return marks.join(' ')
  }

  // --- Walking --------------------------------------------------------------------------------------------------------

  const isUnderlined = (element) => {
    for (let e = element; e && e !== root && !isBlock(getComputedStyle(e)); e = e.parentElement) {
      const style = getComputedStyle(e)
      if (style.textDecorationLine.includes('underline') || (style.borderBottomStyle !== 'none' && !parseFloat(style.borderTopWidth))) return true
    }
    return false
  }
  const text = (node) => {
    const element = node.parentElement
    const style = getComputedStyle(element)
    if (style.visibility !== 'visible' || parseFloat(style.fontSize) === 0 || isTransparent(style)) return
    const marks = marksOf(element, node)
    const keepsLines = /^(pre|pre-wrap|pre-line|break-spaces)$/.test(style.whiteSpace)
    const data = isUnderlined(element) ? node.data.replace(/[ \u00a0\u2002\u2003\u3000]*[\u00a0\u2002\u2003\u3000][ \u00a0\u2002\u2003\u3000]+/g, '＿') : node.data
    for (const character of seenOf(data)) {
      if (character === '\n' && keepsLines) endLine()
      else addCharacter(character, character === '＿' ? marks.replace(/\b(bold|italic) ?/g, '') : marks)
    }
  }
  // What a post shows in place of an <svg> of the page: a file of its own, or the drawing itself in the address.
  const isDrawing = (image) => /^data:image\/svg\+xml|\/svg-[0-9a-f]{64}\.svg$/.test(image.src)
  const svg = (element) => { // its drawing and lettering are not counted, pictures in it are
    const style = getComputedStyle(element)
    if (background(element, style)) picture(element, background(element, style), marksOf(element))
    element.querySelectorAll('image').forEach(i => picture(i, i.href.baseVal, marksOf(element)))
    if (element.querySelector('path, polygon, ellipse, circle, line') && !element.querySelector('foreignObject img, foreignObject svg')) return // labels
    element.querySelectorAll('foreignObject').forEach(f => { endBlock(); f.childNodes.forEach(walk); endBlock() })
  }
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return text(node)
    if (node.nodeType !== Node.ELEMENT_NODE || /^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT)$/.test(node.tagName)) return
    const element = node, tag = element.tagName
    const style = getComputedStyle(element)
    const apart = isBlock(style) || SECTIONING.has(tag)
    if (tag === 'BR') return endLine()
    if (tag === 'RT' || tag === 'RP') return
    if (tag === 'INPUT' && SIGNS[element.type]) {
      for (const c of SIGNS[element.type][Number(element.checked)] + ' ') addCharacter(c, marksOf(element))
      return
    }
    if (CARDS.test(tag.toLowerCase()) || tag === 'IFRAME' || element.classList.contains('wechat-card')) {
      endBlock()
      append({card: element.classList.contains('wechat-card') ? element.innerText.trim().replace(/\s+/g, ' ') : ''})
      return endBlock()
    }
    if (isInvisible(element, style)) return
    if (tag === 'IMG' && isDrawing(element)) return
    if (tag === 'IMG') return style.visibility === 'visible' && element.getBoundingClientRect().width > 1 && picture(element, element.src, marksOf(element))
    if (tag === 'svg') { if (isBlock(style)) endBlock(); svg(element); if (isBlock(style)) endBlock(); return }
    if (element.dataset.formula !== undefined) { // drawn glyph by glyph: it counts as its TeX, as a post writes it
      const display = (element.dataset.formulaType || '').startsWith('block')
      if (display) endBlock()
      for (const c of (display ? '\\[' : '\\(') + element.dataset.formula.replace(/\s+/g, ' ').trim() + (display ? '\\]' : '\\)')) addCharacter(c, marksOf(element))
      if (display) endBlock()
      return
    }
    if (apart) endBlock()
    if (isCode(element, style)) {
      const code = codeOf(element)
      if (code.trim()) append({code, marks: marksOf(element).split(' ').filter(m => /^(list|quote|cell)/.test(m)).join(' ')})
    } else if (background(element, style)) {
      picture(element, background(element, style), marksOf(element))
    } else {
      element.childNodes.forEach(walk)
    }
    if (apart) endBlock()
  }
  root.childNodes.forEach(walk)

  // Marks of spaces are not seen, and neither are spaces at the end of a line; several in a row are one.
  return lines.map(([kind, ...runs]) => {
    const shown = []
    for (const run of runs) {
      if (run.text === undefined) { shown.push(run); continue }
      for (const part of run.text.split(/( +)/)) {
        if (!part) continue
        const last = shown.at(-1)
        if (part[0] !== ' ') {
          if (last?.text !== undefined && last.marks === run.marks) last.text += part
          else shown.push({text: part, marks: run.marks})
        } else if (last?.text !== undefined && !last.text.endsWith(' ')) last.text += ' '
      }
    }
    const last = shown.at(-1)
    if (last?.text !== undefined) last.text = last.text.trimEnd()
    return [kind, ...shown.filter(run => run.text !== '').map(({marks, ...run}) => marks ? {...run, marks} : run.text ?? run)]
  }).filter(entry => entry.length > 1)
}
