/** What the bundler gives to the page. */
/// <reference types="vite/client" />
