import Commands

Eqprop.main()
