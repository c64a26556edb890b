// What WeChat's own scripts and style sheets do to a page before its reader sees it, as far as the body goes.
// The pages of the corpus hold data and markup only, as WeChat serves them; this stands in for what they load.
() => {
  const article = document.querySelector('#js_article')
  const data = window.cgiDataNew || {}
  const kind = Number(data.item_show_type || 0)
  const style = document.createElement('style')
  style.textContent = `
    body { margin: 0; font: 17px/1.6 sans-serif }
    #js_content { width: 677px; visibility: visible !important; opacity: 1 !important; overflow-wrap: break-word }
    #js_content img { max-width: 100%; height: auto }
    #js_content h1, #js_content h2, #js_content h3, #js_content h4 { font-weight: bold }
    .code-snippet__js code { display: block; white-space: pre }
    .code-snippet__line-index li { list-style: none }
    blockquote { margin: 0; padding-left: 10px }`
  document.head.append(style)

  // The kinds of post whose words and pictures are data: typed text, then the pictures. (Where WeChat puts the pictures
  // above the words has changed over the years; words first is the order that posts keep.)
  const typed = (words) => {
    const paragraph = document.createElement('p')
    paragraph.innerHTML = words.replaceAll('\n', '<br>')
    return paragraph
  }
  const body = () => {
    document.querySelector('#js_content')?.remove()
    const made = document.createElement('div')
    made.id = 'js_content'
    ;(document.querySelector('#js_article_content') || article).append(made)
    return made
  }
  const template = document.querySelector('#content_tpl')
  if (template) document.querySelector('#js_content').innerHTML = template.textContent
  else if (data.content_noencode && kind === 0 && !document.querySelector('#js_content').textContent.trim()) {
    document.querySelector('#js_content').innerHTML = data.content_noencode
  }
  if (kind === 10) body().append(typed(data.text_page_info.content_noencode))
  if (kind === 8 || kind === 17) {
    const made = body()
    made.append(typed(data.content_noencode))
    for (const item of data.picture_page_info_list || []) {
      const paragraph = document.createElement('p')
      const image = document.createElement('img')
      image.dataset.src = item.cdn_url.replaceAll('&amp;', '&')
      paragraph.append(image)
      made.append(paragraph)
    }
  }
  if (kind === 5) body().append(typed(data.content_noencode), document.createElement('iframe'))
  if (kind === 7) body().append(document.createElement('mp-common-mpaudio'), typed(data.content_noencode))

  const root = document.querySelector('#js_content')
  if (!root) return
  for (const sticker of root.querySelectorAll('mp-common-sticker')) {
    const image = document.createElement('img')
    image.dataset.src = sticker.dataset.emoji_url
    image.width = 100
    sticker.replaceWith(image)
  }
  for (const quote of root.querySelectorAll('blockquote[data-url]:not([data-url=""])')) { // whom and what it quotes
    const source = document.createElement('p')
    source.innerHTML = '— <a></a>'
    source.firstElementChild.href = quote.dataset.url
    source.firstElementChild.textContent = `${quote.dataset.authorName}《${quote.dataset.sourceTitle}》`
    quote.append(source)
  }
  for (const image of root.querySelectorAll('img[data-src]')) image.src = image.dataset.src
}
