// Asks the device for a passkey: when the button is pressed, or from the field of the identity
// number where the browser can offer one there. The form carries the answer to the server.
class PasskeyLogin extends HTMLElement {
  async connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[role=status]");
    this.hidden = false;
    if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
      this.form.hidden = true;
      if (!this.conditional) this.say(this.status.dataset.unsupported);
      return;
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.use("optional");
    });
    if (this.conditional && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
      this.use("conditional");
    }
  }

  get conditional() {
    return this.hasAttribute("conditional");
  }

  async use(mediation) {
    this.waiting?.abort();
    const waiting = (this.waiting = new AbortController());
    this.say("");
    try {
      const { login, options } = await this.ask();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const found = await navigator.credentials.get({ publicKey, mediation, signal: waiting.signal });
      this.form.elements.login.value = login;
      this.form.elements.credential.value = JSON.stringify(found.toJSON());
      this.form.submit();
    } catch {
      if (mediation === "conditional" || waiting.signal.aborted) return;
      this.say(this.status.dataset.none);
      document.getElementById("other-methods")?.focus();
    }
  }

  async ask() {
    const body = new URLSearchParams({ csrf: this.form.elements.csrf.value });
    const response = await fetch(this.getAttribute("options"), { method: "POST", body });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  }

  say(text) {
    this.status.textContent = text;
  }
}

customElements.define("passkey-login", PasskeyLogin);
