// The code of the page, compressed above; in readable form it is in src/convlens/playgrounds/page of convlens.
(async () => {
const bytes = Uint8Array.from(atob(document.getElementById('packed').textContent), c => c.charCodeAt(0))
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
const script = document.createElement('script')
script.textContent = await new Response(stream).text()
document.body.append(script)
})().catch(() => { document.getElementById('picture').textContent = 'This page needs a browser of 2023 or later. 此页面需要 2023 年以后的浏览器。' })
