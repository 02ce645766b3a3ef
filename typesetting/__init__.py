"""What every PDF of the house is made with: its fonts, text set in them, and the canvas both are drawn on."""
