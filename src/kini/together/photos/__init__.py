"""Photos of goods at a delivery, never of faces; public once an officer has released them."""
