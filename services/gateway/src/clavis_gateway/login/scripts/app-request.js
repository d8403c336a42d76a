// Waits for the answer given in the app and keeps the code to scan fresh. Without script the page
// has a button for each.
const PAUSE_MS = 2000;

class AppRequest extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.status = this.querySelector("[role=status]");
    this.watch();
  }

  async watch() {
    while (this.isConnected) {
      const answer = await this.ask();
      if (answer && this.show(answer)) return;
      if (!answer) await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  async ask() {
    try {
      const response = await fetch(this.getAttribute("state"), { cache: "no-store" });
      if (response.status === 410) return { state: "expired" };
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  // Returns true when there is nothing more to wait for.
  show(answer) {
    const picture = this.querySelector("img");
    const digits = document.getElementById("digits");
    if (picture && answer.picture) picture.src = answer.picture;
    if (digits && answer.digits) digits.textContent = answer.digits;
    if (answer.state === "pending") return false;
    if (answer.state === "scanned") {
      this.say(this.dataset.scanned);
      return false;
    }
    this.say(this.dataset.over);
    if (answer.state === "confirmed") this.form.requestSubmit();
    else location.replace(location.pathname);
    return true;
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}

customElements.define("app-request", AppRequest);
