"""Maps of the city: layers and their files, the drawn base, the component that pages show."""
