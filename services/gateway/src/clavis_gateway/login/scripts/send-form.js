// Sends the only form of the page at once; without script its button does the same.
document.forms[0].submit();
