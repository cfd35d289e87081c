// Tells the tracker what the visitor chose on /privacy: only a yes gives them a lasting id, a no takes it away.
"use strict";
window.mingus?.consent(document.currentScript.dataset.given === "yes");
