// “Saved” stands by the form only while every field shows what is kept. The line p.standing has in data-kept, by the key of
// its widget, what each field shows where that is kept, and in data-said what is to be said then. Where the server knows that
// something could not be saved there is no data-kept, and its words stand.
window.keptFields ??= (() => {
    const NOT_YET = "… Not saved yet"
    const HELD_AT_MOST = 20_000 // milliseconds

    const shown = field => {
        const parts = [...field.querySelectorAll("[role=spinbutton]")].map(part => "placeholder" in part.dataset)
        if (new Set(parts).size > 1) return null // half a date
        return field.querySelector("textarea, input").value
    }
    const onPage = key => document.querySelector(`.st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}:has(textarea, input)`)
    const lines = text => text.replace(/\r\n?/g, "\n")

    function look() {
        const line = document.querySelector("p.standing[data-said]")
        if (!line) return "none"
        if (!line.dataset.kept) return "refused"
        const kept = Object.entries(JSON.parse(decodeURIComponent(line.dataset.kept)))
        const all = kept.every(([key, text]) => {
            const field = onPage(key)
            return !field || shown(field) === lines(text)
        })
        const said = all ? line.dataset.said : NOT_YET
        if (line.textContent !== said) line.textContent = said
        line.classList.toggle("on-its-way", !all)
        return all ? "kept" : "on its way"
    }

    // A page that is left takes with it what has not arrived: a link is followed once it has.
    function hold(event) {
        const link = event.target.closest?.("a[href]:not([href^='#']):not([target=_blank])")
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey || look() !== "on its way") return
        event.preventDefault()
        event.stopImmediatePropagation()
        const end = performance.now() + HELD_AT_MOST
        const wait = setInterval(() => {
            if (look() === "on its way" && performance.now() < end) return
            clearInterval(wait)
            document.removeEventListener("click", hold, true)
            link.click()
            document.addEventListener("click", hold, true)
        }, 50)
    }

    document.addEventListener("input", look)
    document.addEventListener("click", hold, true)
    window.addEventListener("beforeunload", event => {
        if (["on its way", "refused"].includes(look())) event.preventDefault()
    })
    setInterval(look, 200) // a field that the server sets says nothing of it
    return { look }
})()
window.keptFields.look()
