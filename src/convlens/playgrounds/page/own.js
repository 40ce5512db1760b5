// Own numbers: pasted as lines, kept as one setting for each tensor. x is the input, w0 and w1 the kernels of the stages.

const OWN = {x: 'values', w0: 'weights', w1: 'weights'}
const MOST_OWN = 4096 // numbers of one tensor
const MOST_LINK = 1500 // letters of one setting in the address; longer ones are kept by the page alone
const ownList = text => text ? text.split('_').map(Number) : null
const ownShape = (nodes, name) => name === 'x' ? [nodes[0].cin, ...nodes[0].size] : nodes[name[1]] ? weightShape(nodes[name[1]]) : null

// A line is the last axis that is longer than 1.
function layout(shape) {
  const wide = shape.findLast(n => n > 1) ?? 1
  return {wide, lines: prod(shape) / wide, shape: shape.join(' × '), all: grouped(prod(shape)), most: grouped(MOST_OWN)}
}

// {list} or {key, facts}, a sentence about the first line that is wrong. All in one line, or one number a line, will do as well.
function readOwn(text, shape) {
  const facts = layout(shape), all = prod(shape)
  if (all > MOST_OWN) return {key: 'ownMany', facts}
  const lines = text.split('\n').map((line, i) => ({line: i + 1, parts: line.trim().split(/[\s,;]+/).filter(Boolean)})).filter(l => l.parts.length)
  const number = part => Number(part.replace('−', '-'))
  for (const {line, parts} of lines) for (const word of parts) if (!Number.isFinite(number(word))) return {key: 'ownWord', facts: {...facts, line, word: word.slice(0, 20)}}
  const flat = lines.flatMap(l => l.parts.map(number))
  if (flat.length === all && (lines.length === 1 || lines.length === all)) return {list: flat}
  const odd = lines.find(l => l.parts.length !== facts.wide)
  if (odd) return {key: 'ownWide', facts: {...facts, line: odd.line, n: odd.parts.length}}
  return lines.length === facts.lines ? {list: flat} : {key: 'ownLines', facts: {...facts, line: lines.at(-1)?.line ?? 0, n: lines.length}}
}

// The numbers of a tensor as they are now, a line for each row and an empty one between planes.
function ownText({nodes, values, s}, name) {
  const shape = ownShape(nodes, name), {wide, lines} = layout(shape), stage = Number(name[1])
  if (prod(shape) > MOST_OWN) return ''
  const node = nodes[stage || 0], rows = shape.slice(0, shape.lastIndexOf(wide)).at(-1) ?? 1
  const at = i => { const [a, b, ...tap] = unravel(i, shape); return name === 'x' ? values.x(a, [b, ...tap]) : values.stored(stage, [a, b, ...tap], node) }
  return range(lines).map(l => range(wide).map(j => at(l * wide + j)).join(', ') + (shape.length > 2 && (l + 1) % rows === 0 ? '\n' : '')).join('\n').trim()
}

function askOwn(name) {
  const names = Object.keys(OWN).filter(n => ownShape(now.nodes, n)), title = n => n === 'x' ? t('input') : now.nodes.length > 1 ? t('stage', {n: Number(n[1]) + 1, what: t('kernel')}) : t('kernel')
  dialog(t('paste'), `<label>${t('ownFor')} <select id="own-for">${names.map(n => `<option value="${n}"${n === name ? ' selected' : ''}>${title(n)}</option>`).join('')}</select></label>
<p id="own-hint"></p><textarea id="own-text" rows="12" maxlength="99999" spellcheck="false" aria-label="${t('own')}" aria-describedby="own-hint"></textarea><p id="own-wrong" class="note bad" role="alert"></p><button type="button" id="own-use">${t('ownUse')}</button>`)
  const fill = () => {
    $('own-hint').textContent = t('ownHint', layout(ownShape(now.nodes, $('own-for').value)))
    $('own-text').value = ownText(now, $('own-for').value)
    $('own-wrong').textContent = ''
  }
  fill()
  $('own-for').onchange = fill
  $('own-use').onclick = () => {
    const which = $('own-for').value, {list, key, facts} = readOwn($('own-text').value, ownShape(now.nodes, which))
    if (key) { $('own-wrong').textContent = t(key, facts); return $('own-text').focus() }
    $('dialog').close()
    const edits = Object.entries(readEdits(asked.edit)).filter(([k]) => !k.startsWith(which + '.'))
    set({[which]: list.join('_'), [OWN[which]]: 'own', edit: edits.map(([k, v]) => `${k}=${v}`).join('_')})
    $('paste').focus()
  }
}

// What does not fit into an address: its numbers, and so the word that asks for them.
function linked(raw) {
  const all = changed(raw)
  for (const [name, field] of Object.entries(OWN)) if ((all[name] ?? '').length > MOST_LINK) { delete all[name]; delete all[field] }
  return all
}
