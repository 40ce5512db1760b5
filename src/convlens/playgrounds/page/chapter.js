// The tour as it is shown: a chapter's words, its question, and whether it is answered.

function drawChapter() {
  const n = Number(asked.chapter), at = CHAPTERS[n - 1], el = $('chapter')
  el.hidden = !at
  if (!at) return
  const right = !document.querySelector('#form .bad') && at[1](now.s, now.nodes, now.sel), mark = [n, lang, right].join()
  if (el.dataset.mark === mark) return
  const focused = document.activeElement?.id
  el.dataset.mark = mark
  el.innerHTML = `<div class="row"><h2 id="ct">${n}. ${t('t' + n)}</h2><progress max="10" value="${n}" aria-label="${t('chapter', {n})}"></progress><span class="quiet">${t('chapter', {n})}</span></div>
<p>${t(`t${n}a`)}</p><p><b>${t('question')}:</b> ${t(`t${n}q`)} <span class="ok" role="status">${right ? '✔ ' + t('right') : ''}</span>${right ? '' : `<span class="quiet">${t('notYet')}</span>`}</p>${n === 10 && right ? `<p>${t('end')}</p>` : ''}
<div class="row"><button type="button" id="c-back"${n === 1 ? ' disabled' : ''}>${t('previous')}</button><button type="button" id="c-next"${n === 10 ? ' disabled' : ''}>${t('next')}</button><button type="button" id="c-end">${t('close')}</button></div>`
  $('c-back').onclick = () => chapter(n - 1)
  $('c-next').onclick = () => chapter(n + 1)
  $('c-end').onclick = () => { set({chapter: ''}); $('tour').focus() }
  if (focused?.startsWith('c-')) $(focused).focus()
}
function chapter(n) {
  stop()
  asked = {...DEFAULTS, lang: asked.lang, fw: asked.fw}
  set({...CHAPTERS[n - 1][0], chapter: String(n)})
  ;($('c-next').disabled ? $('c-end') : $('c-next')).focus()
}
